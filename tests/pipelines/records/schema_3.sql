BEGIN TRANSACTION;
CREATE TABLE api_keys (
	id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	secret_hash BLOB NOT NULL, 
	scopes JSON NOT NULL, 
	purposes JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	revoked_at DATETIME, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id)
);
INSERT INTO "api_keys" VALUES('key_a5003ac0b350466d','door',X'24DA5D69D9B0F7ED7B089DA9491979453BAE470F08A3E5118E86A52501D746DB','["read"]','["*"]','2026-11-21 08:00:00.000000',NULL,NULL,1);
CREATE TABLE audit (
	at DATETIME NOT NULL, 
	actor VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	target VARCHAR, 
	details TEXT NOT NULL, 
	previous_hash BLOB NOT NULL, 
	hash BLOB NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT
);
INSERT INTO "audit" VALUES('2026-11-21 08:00:00.000000','test','parking.rate_put','visitors','{"version": 1}',X'0000000000000000000000000000000000000000000000000000000000000000',X'6FABE6AAF090B94BCA7B19A9A186904C03CBCBF3F0767E72BE94B0FAEAEE0917',1);
INSERT INTO "audit" VALUES('2026-11-21 08:00:00.000000','test','parking.lot_created','north','{"anti_passback": "operator", "capacity": null, "rate_id": "visitors", "retention_days": 30, "visitors": true}',X'6FABE6AAF090B94BCA7B19A9A186904C03CBCBF3F0767E72BE94B0FAEAEE0917',X'E1538C70F24FDD6870A6BBB7EB2A537AF14B1BA968030F4830F94364B0F77A0B',2);
INSERT INTO "audit" VALUES('2026-11-21 08:00:00.000000','test','parking.lane_created','north/in','{"gate_id": null, "kind": "entry"}',X'E1538C70F24FDD6870A6BBB7EB2A537AF14B1BA968030F4830F94364B0F77A0B',X'40B1418F276E663A4DC2F307E4B2AAABE7249D8DA38B4282640BC5CA1B69B54D',3);
INSERT INTO "audit" VALUES('2026-11-21 08:00:00.000000','test','parking.lane_created','north/out','{"gate_id": null, "kind": "exit"}',X'40B1418F276E663A4DC2F307E4B2AAABE7249D8DA38B4282640BC5CA1B69B54D',X'F52B3B77E3DFCCCA939DDA84B9C41245F409D96AEF1590904A2D3BEAD4D27B8A',4);
INSERT INTO "audit" VALUES('2026-11-21 08:00:00.000000','test','parking.lane_created','north/both','{"gate_id": null, "kind": "both"}',X'F52B3B77E3DFCCCA939DDA84B9C41245F409D96AEF1590904A2D3BEAD4D27B8A',X'F91057A9714D84020C9448FF3F7F8123D0309C32637AE099CE0D20B293F4FF68',5);
INSERT INTO "audit" VALUES('2026-11-21 08:00:00.000000','test','gallery.created','staff','{"purpose": "building-access"}',X'F91057A9714D84020C9448FF3F7F8123D0309C32637AE099CE0D20B293F4FF68',X'D9A7553B1983E26D32BB6ADD4A71C2C22125BDE31896A25E36F67DB367CD987B',6);
INSERT INTO "audit" VALUES('2026-11-21 08:00:00.000000','test','subject.created','sub_aa4fc8e83bd44dcc8b52b191c1a90158','{}',X'D9A7553B1983E26D32BB6ADD4A71C2C22125BDE31896A25E36F67DB367CD987B',X'1FBFA184583903E564413C6DB62ADB305CE8B2C95D95DF8482863AC516B38B43',7);
INSERT INTO "audit" VALUES('2026-11-21 08:00:00.000000','test','consent.recorded','con_9ff75dbde7194b87b92001ac45903195','{"purpose": "building-access", "subject_id": "sub_aa4fc8e83bd44dcc8b52b191c1a90158"}',X'1FBFA184583903E564413C6DB62ADB305CE8B2C95D95DF8482863AC516B38B43',X'CE4000548ED0E7A6835AD2C4A64638667DC6CA09707BE8157CEFF0000BDC1924',8);
INSERT INTO "audit" VALUES('2026-11-21 08:00:00.000000','test','subject.enrolled','sub_aa4fc8e83bd44dcc8b52b191c1a90158','{"count": 1, "gallery_id": "staff"}',X'CE4000548ED0E7A6835AD2C4A64638667DC6CA09707BE8157CEFF0000BDC1924',X'29A333BE209EB0031215E82FB835C01C045698C5E9971030430AF0BD55131CEF',9);
INSERT INTO "audit" VALUES('2026-11-21 08:00:00.000000','test','subject.created','sub_fca9f6d018c94a4c9c5b5341e4170f26','{}',X'29A333BE209EB0031215E82FB835C01C045698C5E9971030430AF0BD55131CEF',X'A2CECBD0F3954D85776C0F080DA3BCEA2343AD1C65ACF3F4B78C1CF5E6D83732',10);
INSERT INTO "audit" VALUES('2026-11-21 08:00:00.000000','test','subject.erased','sub_fca9f6d018c94a4c9c5b5341e4170f26','{"answers": 0, "consents": 0, "photographs": 0, "templates": 0}',X'A2CECBD0F3954D85776C0F080DA3BCEA2343AD1C65ACF3F4B78C1CF5E6D83732',X'1F5D70A560DBB3CFF16EB56EC79BD71265935AFAADAC3CC2C3207AD62654DEE8',11);
INSERT INTO "audit" VALUES('2026-11-21 08:00:00.000000','test','camera.created','north-1','{"gate_id": null, "lane": "face", "lane_id": null}',X'1F5D70A560DBB3CFF16EB56EC79BD71265935AFAADAC3CC2C3207AD62654DEE8',X'E68AB09263EAAAAC9F16A2CAE93EFED0FFE4A0897853577185428A77A75005AE',12);
INSERT INTO "audit" VALUES('2026-11-21 08:00:00.000000','test','key.created','key_a5003ac0b350466d','{"purposes": "*", "scopes": "read"}',X'E68AB09263EAAAAC9F16A2CAE93EFED0FFE4A0897853577185428A77A75005AE',X'62D631D620558C9E9E4FD3E25FF35C209C2E934CA1C8C482AB4AA77C29526C42',13);
INSERT INTO "audit" VALUES('2026-11-21 08:00:00.000000','test','parking.entry','obs_c6daf9bf018042aebcf36d5325fa89e9','{"decision": "accepted", "lane": "north/in", "reason": "new_session", "session_id": "ses_4442b521f4494329be855a27ad26c38d"}',X'62D631D620558C9E9E4FD3E25FF35C209C2E934CA1C8C482AB4AA77C29526C42',X'220624C11A404D34747F45B6C3216DEF41B93EB483702051B701034BAB02F43B',14);
INSERT INTO "audit" VALUES('2026-11-21 08:00:00.000000','edge','case.report','cas_317ea10f302b446189e94a074f5f01fb','{"after": "reported", "before": null, "kind": "06036", "why": "camera"}',X'220624C11A404D34747F45B6C3216DEF41B93EB483702051B701034BAB02F43B',X'6B0ACA4973304249054AF9C4DB3A9DBEF6C0178F8B93150C1F80B7F049843FB5',15);
CREATE TABLE audit_head (
	id INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	hash BLOB NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "audit_head" VALUES(1,15,X'6B0ACA4973304249054AF9C4DB3A9DBEF6C0178F8B93150C1F80B7F049843FB5');
CREATE TABLE barrier_commands (
	id VARCHAR NOT NULL, 
	gate_id VARCHAR NOT NULL, 
	decision_id VARCHAR, 
	manual BOOLEAN NOT NULL, 
	actor VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	outcome VARCHAR NOT NULL, 
	settled_at DATETIME, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id)
);
INSERT INTO "barrier_commands" VALUES('cmd_c522986924534631b345d39c2c073c22','north/in','obs_c6daf9bf018042aebcf36d5325fa89e9',0,'gate','new_session','2026-11-21 08:00:00.000000','2026-11-21 08:00:05.000000','opened','2026-11-21 08:00:00.000000',1);
CREATE TABLE cameras (
	id VARCHAR NOT NULL, 
	url BLOB NOT NULL, 
	lane VARCHAR NOT NULL, 
	gate_id VARCHAR, 
	fps DOUBLE, 
	lane_id VARCHAR, 
	street TEXT, 
	created_at DATETIME NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id), 
	FOREIGN KEY(gate_id) REFERENCES gates (id)
);
INSERT INTO "cameras" VALUES('north-1',X'01BCDE9587CC635BC7158684EC8B575FBEB1022AD9340B33AEB3CA2DE0605334F55E193AB8C14CD9D2F67B6094D3651E3932BF45A83AC0D59D6A67','face',NULL,NULL,NULL,NULL,'2026-11-21 08:00:00.000000',1);
CREATE TABLE consents (
	id VARCHAR NOT NULL, 
	subject_id VARCHAR NOT NULL, 
	purpose VARCHAR NOT NULL, 
	given_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	withdrawn_at DATETIME, 
	evidence BLOB NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id), 
	FOREIGN KEY(subject_id) REFERENCES subjects (id) ON DELETE CASCADE
);
INSERT INTO "consents" VALUES('con_9ff75dbde7194b87b92001ac45903195','sub_aa4fc8e83bd44dcc8b52b191c1a90158','building-access','2026-11-21 08:00:00.000000',NULL,NULL,X'01B58F45A43F72CDF43EBAC8453309FF64229A6A845B19E012B9B4F5C9381052BD7192',1);
CREATE TABLE data_keys (
	subject_id VARCHAR NOT NULL, 
	wrapped BLOB NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (subject_id)
);
INSERT INTO "data_keys" VALUES('sub_aa4fc8e83bd44dcc8b52b191c1a90158',X'0122F256D6157DCE772E5BCC5C64AAEB0892EC0A19DFCF463BFD9EE264AA4E0DEE05E92E696E4AB14170AC335BDBEBC0BA0F28109E7E91C6FAE79454D9',1);
INSERT INTO "data_keys" VALUES('sub_fca9f6d018c94a4c9c5b5341e4170f26',X'00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',2);
CREATE TABLE decisions (
	id VARCHAR NOT NULL, 
	gate_id VARCHAR NOT NULL, 
	purpose VARCHAR NOT NULL, 
	decision VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	score DOUBLE, 
	threshold DOUBLE, 
	subject_id VARCHAR, 
	model_id VARCHAR, 
	camera_id VARCHAR, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	shadow BOOLEAN NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id), 
	FOREIGN KEY(subject_id) REFERENCES subjects (id) ON DELETE SET NULL
);
INSERT INTO "decisions" VALUES('dec_2be1e910143d448093030607e2a52fc9','north','building-access','accepted','match',0.75,0.5,'sub_aa4fc8e83bd44dcc8b52b191c1a90158','model-a',NULL,'2026-11-21 08:00:00.000000','2026-11-21 08:00:05.000000',0,1);
CREATE TABLE events (
	event_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	purpose VARCHAR, 
	camera_id VARCHAR, 
	gate_id VARCHAR, 
	subject_id VARCHAR, 
	plate_hash VARCHAR(64), 
	body TEXT NOT NULL, 
	stored_at DATETIME NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (event_id)
);
INSERT INTO "events" VALUES('evt_ceba985d25575ac39ee717e58c3f3d94','subject.erased',NULL,NULL,NULL,'sub_fca9f6d018c94a4c9c5b5341e4170f26',NULL,'{"event_id":"evt_ceba985d25575ac39ee717e58c3f3d94","kind":"subject.erased","occurred_at":"2026-11-21T08:00:00Z"}','2026-11-21 08:00:00.000000',1);
INSERT INTO "events" VALUES('evt_95157e7b60b05f4f8e247560fdafec93','face.decision','building-access',NULL,'north','sub_aa4fc8e83bd44dcc8b52b191c1a90158',NULL,'{"event_id":"evt_95157e7b60b05f4f8e247560fdafec93","kind":"face.decision","occurred_at":"2026-11-21T08:00:00Z","purpose":"building-access","gate_id":"north","decision_id":"dec_2be1e910143d448093030607e2a52fc9","decision":"accepted"}','2026-11-21 08:00:00.000000',2);
INSERT INTO "events" VALUES('evt_5f93b9815b745c6fa7b32d9f28bf35d9','parking.entry','parking',NULL,NULL,NULL,'fba2134cfc9d631810d59f674f6bdf633a72efb6598f3ddc0f51e7ba8509cba0','{"event_id":"evt_5f93b9815b745c6fa7b32d9f28bf35d9","kind":"parking.entry","occurred_at":"2026-11-21T08:00:00Z","purpose":"parking","decision_id":"obs_c6daf9bf018042aebcf36d5325fa89e9","decision":"accepted","reason":"new_session","lot_id":"north","lane_id":"in","session_id":"ses_4442b521f4494329be855a27ad26c38d","direction":"entry"}','2026-11-21 08:00:00.000000',3);
INSERT INTO "events" VALUES('evt_5010df4393d258a7af66912295ff0053','barrier.command','parking',NULL,'north/in',NULL,NULL,'{"event_id":"evt_5010df4393d258a7af66912295ff0053","kind":"barrier.command","occurred_at":"2026-11-21T08:00:00Z","purpose":"parking","gate_id":"north/in","decision_id":"obs_c6daf9bf018042aebcf36d5325fa89e9","reason":"new_session","state":"opened"}','2026-11-21 08:00:00.000000',4);
INSERT INTO "events" VALUES('evt_da6e1b82024255239a2cc3cfda79bdaf','case.changed','street','quay-3',NULL,NULL,NULL,'{"event_id":"evt_da6e1b82024255239a2cc3cfda79bdaf","kind":"case.changed","occurred_at":"2026-11-21T08:00:00Z","purpose":"street","camera_id":"quay-3","reason":"camera","state":"reported","case_id":"cas_317ea10f302b446189e94a074f5f01fb","incident_kind":"06036","zone":"pavement"}','2026-11-21 08:00:00.000000',5);
INSERT INTO "events" VALUES('evt_86b1492281c65f5699453b37222bf654','incident.reported','street','quay-3',NULL,NULL,NULL,'{"event_id":"evt_86b1492281c65f5699453b37222bf654","kind":"incident.reported","occurred_at":"2026-11-21T08:00:00Z","purpose":"street","camera_id":"quay-3","state":"opened","incident_id":"inc_428e3ffabff24244a99de807c469de5f","case_id":"cas_317ea10f302b446189e94a074f5f01fb","incident_kind":"06036","zone":"pavement"}','2026-11-21 08:00:00.000000',6);
CREATE TABLE galleries (
	id VARCHAR NOT NULL, 
	purpose VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	expires_at DATETIME, 
	keep_photographs BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id)
);
INSERT INTO "galleries" VALUES('staff','building-access','staff',NULL,0,'2026-11-21 08:00:00.000000',1);
CREATE TABLE gates (
	id VARCHAR NOT NULL, 
	gallery_id VARCHAR NOT NULL, 
	mode VARCHAR NOT NULL, 
	liveness VARCHAR NOT NULL, 
	target_fmr DOUBLE NOT NULL, 
	shadow BOOLEAN NOT NULL, 
	camera_id VARCHAR, 
	margin DOUBLE, 
	decision_ttl_s DOUBLE, 
	barrier BLOB, 
	created_at DATETIME NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id), 
	FOREIGN KEY(gallery_id) REFERENCES galleries (id)
);
CREATE TABLE idempotency (
	key_id VARCHAR NOT NULL, 
	key_hash VARCHAR(64) NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	token VARCHAR NOT NULL, 
	started_at DATETIME NOT NULL, 
	subject_id VARCHAR, 
	status INTEGER, 
	content_type VARCHAR, 
	body BLOB, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (key_id, key_hash)
);
CREATE TABLE parking_evidence (
	id VARCHAR NOT NULL, 
	observation_id VARCHAR NOT NULL, 
	wrapped BLOB NOT NULL, 
	created_at DATETIME NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id), 
	UNIQUE (observation_id), 
	FOREIGN KEY(observation_id) REFERENCES parking_observations (id) ON DELETE CASCADE
);
CREATE TABLE parking_lanes (
	lot_id VARCHAR NOT NULL, 
	id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	gate_id VARCHAR, 
	barrier BLOB, 
	created_at DATETIME NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (lot_id, id), 
	FOREIGN KEY(lot_id) REFERENCES parking_lots (id), 
	FOREIGN KEY(gate_id) REFERENCES gates (id)
);
INSERT INTO "parking_lanes" VALUES('north','in','entry',NULL,X'01A5C36C7AC9E34C9B79413C8A78ED332FEC5241F2C5090E6A88C8D2D0C124716CCBFAE84425CE9F7EDD7391D191B7EDFE5D94CE679D4DCD1FD118D1D221FA8488620EE87A3D62AC569253886F65781B98DD831683795487231E44CDC5E8C38EFA453188C7E164ACD776EAD314F71EF7CFA82726A41564F3943EE6837A11FEC85214','2026-11-21 08:00:00.000000',1);
INSERT INTO "parking_lanes" VALUES('north','out','exit',NULL,X'01407327775806D7C839A4FDC0AD92279F537D8EC77C9689B1C31CFABDD4E19C5EB1FFD1169A96C7F2E24F19061C61616F161AD36125B3246C9C0233B349F0C8F15B18F73367DB23942BE50D92045E8B924B2DF4ACD87A341E68245CC950EE70F3F3EC9A426B43B9CFF374167097F0A450CB5F61BC4C12E923C570A6E02A6379944C','2026-11-21 08:00:00.000000',2);
INSERT INTO "parking_lanes" VALUES('north','both','both',NULL,X'01EB8348B4DF5D7E0F1EF5BFD0634B60BC5B99B8E9155972A5C275ED193D0881B6FCE15250CA86A80149FFB0D5EB9AF5AEDF7E180E56D8C4CBF7FBBFAC7F63D6A622305972CE66ED9AFC9C52238D12ABC551A974E5C01E23421D2E385FF90440C260174EAA8B6F294E8AD31D71AA98421F23DC5179062C155A232BD503958F6333A7','2026-11-21 08:00:00.000000',3);
CREATE TABLE parking_lots (
	id VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	rate_id VARCHAR NOT NULL, 
	capacity INTEGER, 
	anti_passback VARCHAR NOT NULL, 
	visitors BOOLEAN NOT NULL, 
	retention_days INTEGER NOT NULL, 
	decision_ttl_s DOUBLE, 
	keep_evidence BOOLEAN NOT NULL, 
	offline_ttl_h DOUBLE NOT NULL, 
	purpose VARCHAR NOT NULL, 
	adjustment INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id)
);
INSERT INTO "parking_lots" VALUES('north','North','visitors',NULL,'operator',1,30,NULL,1,24.0,'parking',0,'2026-11-21 08:00:00.000000',1);
CREATE TABLE parking_observations (
	id VARCHAR NOT NULL, 
	lot_id VARCHAR NOT NULL, 
	lane_id VARCHAR NOT NULL, 
	direction VARCHAR NOT NULL, 
	reading BLOB, 
	plate_hash VARCHAR(64), 
	confidence DOUBLE NOT NULL, 
	agreeing INTEGER NOT NULL, 
	kind VARCHAR, 
	seen_at DATETIME NOT NULL, 
	camera_id VARCHAR, 
	visit VARCHAR, 
	decision VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	session_id VARCHAR, 
	due VARCHAR(32), 
	currency VARCHAR(3), 
	decided_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	resolved_at DATETIME, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (camera_id, visit), 
	UNIQUE (id), 
	FOREIGN KEY(lot_id) REFERENCES parking_lots (id)
);
INSERT INTO "parking_observations" VALUES('obs_c6daf9bf018042aebcf36d5325fa89e9','north','in','entry',X'0114BA97DD952B774F0E0EB1A6E22EDAEE39B8DEACDF4B1568032992DA9D3B00F7AD1BA57A36A26E04B5D52123','3c266329b5665a8a931f89675743548b2453df075cadba8fd0d28a44d46f2f56',0.99,2,NULL,'2026-11-21 08:00:00.000000',NULL,NULL,'accepted','new_session','ses_4442b521f4494329be855a27ad26c38d',NULL,NULL,'2026-11-21 08:00:00.000000','2026-11-21 08:00:05.000000',NULL,1);
CREATE TABLE parking_payments (
	id VARCHAR NOT NULL, 
	session_id VARCHAR NOT NULL, 
	reference VARCHAR NOT NULL, 
	currency VARCHAR(3) NOT NULL, 
	amount VARCHAR(32) NOT NULL, 
	paid_at DATETIME NOT NULL, 
	due_after VARCHAR(32) NOT NULL, 
	overpaid VARCHAR(32) NOT NULL, 
	covered_until DATETIME, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id), 
	FOREIGN KEY(session_id) REFERENCES parking_sessions (id) ON DELETE CASCADE, 
	UNIQUE (reference)
);
CREATE TABLE parking_rates (
	id VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id, version)
);
INSERT INTO "parking_rates" VALUES('visitors',1,'{"id":"visitors","version":1,"currency":"CNY","time_zone":"Asia/Shanghai","steps":[{"minutes":60,"price":"5.00"},{"minutes":30,"price":"2.00"}],"free_minutes":15,"free_time":"forgiven","grace_minutes":10,"daily_cap":null,"night":null}','2026-11-21 08:00:00.000000',1);
CREATE TABLE parking_right_plates (
	right_id VARCHAR NOT NULL, 
	plate BLOB NOT NULL, 
	plate_hash VARCHAR(64) NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (right_id, plate_hash), 
	FOREIGN KEY(right_id) REFERENCES parking_rights (id) ON DELETE CASCADE
);
CREATE TABLE parking_rights (
	id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	lot_id VARCHAR, 
	lane_ids JSON NOT NULL, 
	valid_from DATETIME NOT NULL, 
	valid_until DATETIME, 
	max_inside INTEGER, 
	note BLOB NOT NULL, 
	created_at DATETIME NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id), 
	FOREIGN KEY(lot_id) REFERENCES parking_lots (id)
);
CREATE TABLE parking_sessions (
	id VARCHAR NOT NULL, 
	lot_id VARCHAR NOT NULL, 
	plate BLOB NOT NULL, 
	plate_hash VARCHAR(64) NOT NULL, 
	kind VARCHAR, 
	state VARCHAR NOT NULL, 
	entered_at DATETIME, 
	entry_lane_id VARCHAR, 
	left_at DATETIME, 
	exit_lane_id VARCHAR, 
	right_id VARCHAR, 
	rate_id VARCHAR NOT NULL, 
	rate_version INTEGER NOT NULL, 
	currency VARCHAR(3) NOT NULL, 
	fee VARCHAR(32), 
	covered_until DATETIME, 
	closed_at DATETIME, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id), 
	FOREIGN KEY(lot_id) REFERENCES parking_lots (id)
);
INSERT INTO "parking_sessions" VALUES('ses_4442b521f4494329be855a27ad26c38d','north',X'0188373C6763EA74530003A61F4EAFE509FCD68AC4E36A9C27A671B448C1543A95B2427844CB','ded3a31244df222b1930dbf3cf1b9e04b86c26a91dc11eef91fcbd66e8d2da7e',NULL,'open','2026-11-21 08:00:00.000000','in',NULL,NULL,NULL,'visitors',1,'CNY',NULL,NULL,NULL,1);
CREATE TABLE photographs (
	id VARCHAR NOT NULL, 
	subject_id VARCHAR NOT NULL, 
	gallery_id VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id), 
	FOREIGN KEY(subject_id) REFERENCES subjects (id) ON DELETE CASCADE, 
	FOREIGN KEY(gallery_id) REFERENCES galleries (id)
);
CREATE TABLE store_facts (
	name VARCHAR(64) NOT NULL, 
	value BLOB NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "store_facts" VALUES('schema_version',X'33');
INSERT INTO "store_facts" VALUES('master_key_canary',X'0121DEC39972F6F9EB3FA3EA74CAD5C300199BACEC715AA9CF030831E02C1F2ED867750DC43E25823A4BAE723853522608F5D7445D83AE');
INSERT INTO "store_facts" VALUES('compaction_due',X'54DFB6D9AE7AFB47');
CREATE TABLE street_cases (
	id VARCHAR NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	city VARCHAR NOT NULL, 
	purpose VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	opened_at DATETIME NOT NULL, 
	last_seen_at DATETIME NOT NULL, 
	camera_id VARCHAR, 
	zone VARCHAR, 
	box JSON, 
	place BLOB, 
	count INTEGER NOT NULL, 
	due_at DATETIME, 
	extensions INTEGER NOT NULL, 
	assignee VARCHAR, 
	handled_at DATETIME, 
	verified_at DATETIME, 
	witness VARCHAR, 
	ended_at DATETIME, 
	false_alarm BOOLEAN NOT NULL, 
	reworks INTEGER NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id)
);
INSERT INTO "street_cases" VALUES('cas_317ea10f302b446189e94a074f5f01fb','06036','default','street','camera','reported','2026-11-21 08:00:00.000000','2026-11-21 08:00:00.000000','quay-3','pavement','[0.2, 0.2, 0.4, 0.4]',NULL,1,'2026-11-23 01:30:00.000000',0,NULL,NULL,NULL,NULL,NULL,0,0,1);
CREATE TABLE street_incidents (
	id VARCHAR NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	city VARCHAR NOT NULL, 
	purpose VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	camera_id VARCHAR, 
	zone VARCHAR, 
	box JSON, 
	confidence DOUBLE, 
	place BLOB, 
	seen_at DATETIME NOT NULL, 
	reference VARCHAR, 
	reported_by VARCHAR NOT NULL, 
	fate VARCHAR NOT NULL, 
	case_id VARCHAR, 
	suppression_id VARCHAR, 
	recorded_at DATETIME NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (reported_by, reference), 
	UNIQUE (id), 
	FOREIGN KEY(case_id) REFERENCES street_cases (id) ON DELETE CASCADE
);
INSERT INTO "street_incidents" VALUES('inc_428e3ffabff24244a99de807c469de5f','06036','default','street','camera','quay-3','pavement','[0.2, 0.2, 0.4, 0.4]',NULL,NULL,'2026-11-21 08:00:00.000000',NULL,'edge','opened','cas_317ea10f302b446189e94a074f5f01fb',NULL,'2026-11-21 08:00:00.000000',1);
CREATE TABLE street_pictures (
	id VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	incident_id VARCHAR, 
	role VARCHAR NOT NULL, 
	wrapped BLOB NOT NULL, 
	created_at DATETIME NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id), 
	FOREIGN KEY(case_id) REFERENCES street_cases (id) ON DELETE CASCADE, 
	UNIQUE (incident_id)
);
CREATE TABLE street_suppressions (
	id VARCHAR NOT NULL, 
	camera_id VARCHAR NOT NULL, 
	zone VARCHAR, 
	kind VARCHAR(16) NOT NULL, 
	city VARCHAR NOT NULL, 
	purpose VARCHAR NOT NULL, 
	case_id VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	created_by VARCHAR NOT NULL, 
	expires_at DATETIME NOT NULL, 
	count INTEGER NOT NULL, 
	last_at DATETIME, 
	lifted_at DATETIME, 
	lifted_by VARCHAR, 
	lifted_why VARCHAR, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id)
);
CREATE TABLE street_transitions (
	case_id VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	actor VARCHAR NOT NULL, 
	act VARCHAR NOT NULL, 
	"before" VARCHAR, 
	"after" VARCHAR NOT NULL, 
	why VARCHAR NOT NULL, 
	details JSON NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	FOREIGN KEY(case_id) REFERENCES street_cases (id) ON DELETE CASCADE
);
INSERT INTO "street_transitions" VALUES('cas_317ea10f302b446189e94a074f5f01fb','2026-11-21 08:00:00.000000','edge','report',NULL,'reported','camera','{"kind": "06036"}',1);
CREATE TABLE street_views (
	case_id VARCHAR NOT NULL, 
	camera_id VARCHAR NOT NULL, 
	outcome VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	FOREIGN KEY(case_id) REFERENCES street_cases (id) ON DELETE CASCADE
);
CREATE TABLE subjects (
	id VARCHAR NOT NULL, 
	label BLOB NOT NULL, 
	external_ref BLOB, 
	external_ref_hash VARCHAR(64), 
	created_by VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	UNIQUE (id), 
	UNIQUE (external_ref_hash)
);
INSERT INTO "subjects" VALUES('sub_aa4fc8e83bd44dcc8b52b191c1a90158',X'0138E48716F3FCA1614A1B6FDADB01DA6A051DFA3EB5930F6F4F117B52D89E4ED17ACF12361A2A',X'01DE2F7DD19879A1EC64870828B978B211B41B8D3E20E01596C089330AB10C1E7E','86deb3a0f458a07efaffc2bbe2ed4723f3919b1b35520b28e487bd2d9e7469bc','test','2026-11-21 08:00:00.000000',1);
CREATE TABLE templates (
	subject_id VARCHAR NOT NULL, 
	gallery_id VARCHAR NOT NULL, 
	model_id VARCHAR NOT NULL, 
	vector BLOB NOT NULL, 
	quality DOUBLE NOT NULL, 
	created_at DATETIME NOT NULL, 
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	FOREIGN KEY(subject_id) REFERENCES subjects (id) ON DELETE CASCADE, 
	FOREIGN KEY(gallery_id) REFERENCES galleries (id)
);
INSERT INTO "templates" VALUES('sub_aa4fc8e83bd44dcc8b52b191c1a90158','staff','model-a',X'0112FC8C6E059B50D0A39A13F4A6B78899F17FA5A39847D450BEC5368DBA80206672D8C3E6923153ADD3A704043A2FC77D28C159059A46AC9747B52B11DBC0A6BCAC1D194D7130F709BAF10A705C7079B82EEB8665A65B191719513385B72D14BAB522E4ADF36D6A9BAC2BC185EBE2E60948CD9A3D6D5AF78FC5D997E485F816F9B40A8CF781092F8C0561C5F7BD755A43B8A85E687FE85AFCC0E70FE8DDC9125FC28C71042BCE932A1DF2EC3CBE2BB43C353CA59DA3395168545F3182F4689C9ADD3F225E6743F1109F4BB4FC8CC2555138270C63E90801436133CDC31271DA52BD5498633E06A369BF5D2FE6E46E1A9A4DFA345FED39CE5F99C2F9965988612E6FB63C416A52B82D2FE2806C525299CAAB28555C225230E1C2CCC98AE9A1B833246E8F080287253BDC1CC1BF1CF81B3750E0880DF199B16E907A9B3F233B11A18A3982A3F14469B47EAD9D14E45A556EAD82E8D7761B89B3BC8FE594B05B8820E0E6D49FAC041CB571734DDCA2622E911AAACAEE3F9790141245B6933B6B79E64E58B43784CEF9F41677095AB96C9E839542F3ECB8F250F44F687FEED9BA2D0FE4AE8DF7713CD182B0084E2A1E66A63795B506352FD11F2C22C8211DC359B24A93B26D4E2A9D35DC31DB6730A8B75DFC10F0B0DE8362380BCEBBD81017AD3B09054ECB4603280FB005BCE036CD15C2B229DA4904AB611CB7FB58C5D3D4396A32276933F6FB0F3C5437B16AFF181C6F89C2E2D5DA8103C275269700A5',0.5,'2026-11-21 08:00:00.000000',1);
CREATE INDEX ix_barrier_commands_gate_id ON barrier_commands (gate_id);
CREATE INDEX ix_barrier_commands_created_at ON barrier_commands (created_at);
CREATE INDEX ix_events_plate_hash ON events (plate_hash);
CREATE INDEX ix_events_subject_id ON events (subject_id);
CREATE INDEX ix_events_stored_at ON events (stored_at);
CREATE INDEX ix_idempotency_started_at ON idempotency (started_at);
CREATE INDEX ix_idempotency_subject_id ON idempotency (subject_id);
CREATE INDEX ix_street_cases_place ON street_cases (camera_id, kind, seq);
CREATE INDEX ix_street_cases_state ON street_cases (state);
CREATE INDEX ix_street_cases_opened_at ON street_cases (opened_at);
CREATE INDEX ix_street_cases_due ON street_cases (due_at) WHERE ended_at IS NULL;
CREATE INDEX ix_street_cases_ended ON street_cases (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX ix_street_suppressions_place ON street_suppressions (camera_id, kind);
CREATE INDEX ix_street_suppressions_expires_at ON street_suppressions (expires_at);
CREATE INDEX ix_consents_subject_id ON consents (subject_id);
CREATE INDEX ix_consents_expires_at ON consents (expires_at);
CREATE INDEX ix_consents_purpose ON consents (purpose);
CREATE INDEX ix_templates_subject_id ON templates (subject_id);
CREATE INDEX ix_templates_space ON templates (gallery_id, model_id, seq);
CREATE INDEX ix_photographs_gallery_id ON photographs (gallery_id);
CREATE INDEX ix_photographs_subject_id ON photographs (subject_id);
CREATE INDEX ix_decisions_created_at ON decisions (created_at);
CREATE INDEX ix_decisions_gate_id ON decisions (gate_id);
CREATE INDEX ix_decisions_subject_id ON decisions (subject_id);
CREATE INDEX ix_parking_rights_lot_id ON parking_rights (lot_id);
CREATE INDEX ix_parking_rights_valid_until ON parking_rights (valid_until);
CREATE UNIQUE INDEX uq_parking_sessions_open ON parking_sessions (lot_id, plate_hash) WHERE closed_at IS NULL;
CREATE INDEX ix_parking_sessions_ended ON parking_sessions (lot_id, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX ix_parking_sessions_right ON parking_sessions (right_id) WHERE closed_at IS NULL;
CREATE INDEX ix_parking_sessions_plate ON parking_sessions (plate_hash, seq);
CREATE INDEX ix_parking_observations_plate_hash ON parking_observations (plate_hash);
CREATE INDEX ix_parking_observations_seen ON parking_observations (lot_id, decided_at);
CREATE INDEX ix_parking_observations_session_id ON parking_observations (session_id);
CREATE INDEX ix_street_incidents_recorded_at ON street_incidents (recorded_at);
CREATE INDEX ix_street_incidents_camera ON street_incidents (camera_id, seq);
CREATE INDEX ix_street_incidents_case_id ON street_incidents (case_id);
CREATE INDEX ix_street_transitions_case_id ON street_transitions (case_id);
CREATE INDEX ix_street_views_case_id ON street_views (case_id);
CREATE INDEX ix_street_pictures_case_id ON street_pictures (case_id);
CREATE INDEX ix_parking_right_plates_plate_hash ON parking_right_plates (plate_hash);
CREATE INDEX ix_parking_payments_session_id ON parking_payments (session_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('parking_rates',1);
INSERT INTO "sqlite_sequence" VALUES('audit',15);
INSERT INTO "sqlite_sequence" VALUES('parking_lots',1);
INSERT INTO "sqlite_sequence" VALUES('parking_lanes',3);
INSERT INTO "sqlite_sequence" VALUES('galleries',1);
INSERT INTO "sqlite_sequence" VALUES('subjects',2);
INSERT INTO "sqlite_sequence" VALUES('data_keys',2);
INSERT INTO "sqlite_sequence" VALUES('consents',1);
INSERT INTO "sqlite_sequence" VALUES('templates',1);
INSERT INTO "sqlite_sequence" VALUES('events',6);
INSERT INTO "sqlite_sequence" VALUES('decisions',1);
INSERT INTO "sqlite_sequence" VALUES('cameras',1);
INSERT INTO "sqlite_sequence" VALUES('api_keys',1);
INSERT INTO "sqlite_sequence" VALUES('parking_sessions',1);
INSERT INTO "sqlite_sequence" VALUES('parking_observations',1);
INSERT INTO "sqlite_sequence" VALUES('barrier_commands',1);
INSERT INTO "sqlite_sequence" VALUES('street_cases',1);
INSERT INTO "sqlite_sequence" VALUES('street_transitions',1);
INSERT INTO "sqlite_sequence" VALUES('street_incidents',1);
COMMIT;